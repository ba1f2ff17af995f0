"""The API of a running Samantha: HTTP and WebSocket."""
