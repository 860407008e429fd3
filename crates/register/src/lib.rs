//! Schools, trusts, areas, lineage, imports, KPI values and the school on a page.
