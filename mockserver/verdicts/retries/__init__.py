"""How clients come back after a failure: whether, when, how often, and to which model."""
