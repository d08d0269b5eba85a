"""The status page, in the form of Atlassian's Statuspage, as it looks during a scenario."""
