"""Records from elsewhere, in the format FHIR R4.

`sources` finds resources in folders, NDJSON files and Bundles; `checking` holds each against the standard; one module
a resource in `readers` turns it into facts; `importing` writes the facts in one transaction; `report` says what
happened. Nothing is fetched, nobody is recognised by name alone, and what people have written here is not overwritten.
"""
