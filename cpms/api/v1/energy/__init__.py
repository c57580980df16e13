"""How a site shares its power: wires, meters, limits, needs, plans, profiles."""
