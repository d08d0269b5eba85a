"""The settings of the plugin, and where they come from."""
