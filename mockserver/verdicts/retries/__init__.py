"""How clients retry after a failure: whether, when, how often, and with which model."""
