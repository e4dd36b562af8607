"""The ways in: command line and HTTP API, and the composition of the layers below."""
