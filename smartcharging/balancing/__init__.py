"""The control loop: what is known of a site becomes grants, and grants become profiles at stations."""
