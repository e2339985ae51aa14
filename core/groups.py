"""The names of the groups of permissions, which are created after migrations."""

AUTHORS = "Authors"
MODERATORS = "Moderators"
