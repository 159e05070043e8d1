"""What servers and the `flask` command look for."""

from app import create_app

__all__ = ["create_app"]
