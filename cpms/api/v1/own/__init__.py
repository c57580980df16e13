"""`my/...`: what is a signed-in driver's own."""
