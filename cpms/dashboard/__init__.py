"""The operator pages: server-rendered, kept live over one WebSocket, each row reached through the viewer."""
