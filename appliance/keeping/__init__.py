"""Keeps an installed box: backups and their restoration, upgrades and the way back. All of it is root's."""
