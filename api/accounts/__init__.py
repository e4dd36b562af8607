"""Who is let into a workspace: people with passwords or a single sign-on, their sessions, and how secrets are kept."""
