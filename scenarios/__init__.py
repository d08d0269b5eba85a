"""The shipped scenarios; installed as ``mockserver.scenarios``. No sub-folders."""
