"""What a reader is shown of runs and findings: sections with a question, an answer in sentences,
tables, figures and how far to trust them. Terminal, page and explorer render them.
"""
