"""The results of a round: index, ranks, losses, documents, remedy plans."""
