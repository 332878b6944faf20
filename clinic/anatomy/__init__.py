"""The body as the clinic speaks of it: regions, segments, muscles, sites, and the geometry of the two drawings.

Pure: no tables, no queries, no imports from the rest of the project. Codes are stored in notes, so a code is never
renamed or reused.
"""
