"""Reading money, each query starting from the viewer, one module a noun."""
