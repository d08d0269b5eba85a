"""A proxy and certificates, which lead apps to the mock even if the real host is hard-coded."""
