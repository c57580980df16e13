"""Files in and out, by one-time links: an ASGI application of its own, because Django reads a request whole.

It streams under back-pressure on uvicorn (`python -m cpms.ops.serve files`, and the gateway of `make run`).
"""
