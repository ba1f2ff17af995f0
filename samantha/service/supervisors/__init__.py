"""What starts her at login and after a crash: systemd, launchd, Windows."""
