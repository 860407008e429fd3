//! Offers, requests, the matching desk, conflicts of interest and due diligence.
