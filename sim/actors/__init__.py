"""The four actors, one file each: the numbers of its part with their sources, how it answers, and
the Mesa agent that does it.
"""
