"""What site hosts get: agreed for a site, told once a month, booked and paid."""
