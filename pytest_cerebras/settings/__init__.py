"""What the plugin is told, and by whom."""
