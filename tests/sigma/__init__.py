"""Tests of the room sigma."""
