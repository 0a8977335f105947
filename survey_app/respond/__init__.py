"""A citizen answers: by QR code, typed code or search; a surveyor enters paper forms.

Everyone enters. A submission without a person or a moment leaves, released in batches.
"""
