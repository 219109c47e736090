"""Many histories: blocks of worlds, the executors that compute them, and the run folder that keeps
them.
"""
