"""The explorer: a page in the browser that answers while sliders move.

`page.py` is the script that Streamlit runs.
"""
