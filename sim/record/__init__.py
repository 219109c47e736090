"""The record: how long ceasefires and settlements since 1946 have held, and what the plainest
models make of it.
"""
