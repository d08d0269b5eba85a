"""The settings of the plugin, and the sources of their values."""
