"""Following up: ride-alongs 陪访, drills 陪练, spot checks 抽查, sessions, problems, what is still open."""
