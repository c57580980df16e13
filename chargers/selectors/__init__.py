"""Reading stations and what they did, each query starting from the viewer, one module a noun."""
