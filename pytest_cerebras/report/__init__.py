"""What a run tells of its tests: the report and the summary."""
