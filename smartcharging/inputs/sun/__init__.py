"""What solar roofs give: now, and over the slots of a plan."""
