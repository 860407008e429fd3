-- The time of a visit is settled with the visit.
UPDATE time_entry SET held_by =
  (SELECT '/visits/' || visit.id FROM visit WHERE visit.entry = time_entry.id)
WHERE id IN (SELECT entry FROM visit);
