"""The HTTP API: `create_app` builds it for one workspace."""

from api.http.app import create_app

__all__ = ["create_app"]
