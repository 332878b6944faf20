"""One reader a resource: a checked resource goes in, facts with the fields of our rows come out. No queries."""
