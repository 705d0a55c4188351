"""What is live in the browser: panels on one hub per kernel."""
