"""What all tests share: property tests are not timed, for a busy machine fails nobody."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
