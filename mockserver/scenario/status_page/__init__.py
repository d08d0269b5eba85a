"""The status page: what it shows while a scenario plays, in the form of Atlassian's Statuspage."""
