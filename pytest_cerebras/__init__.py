"""Pytest fixtures for apps that call the Cerebras API."""
