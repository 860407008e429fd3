// Who is who in the storyboard, and its schools. All invented.

export const HARBOUR = { urn: 999101, name: 'Harbour View Primary' }
export const OAKFIELD = { urn: 999207, name: 'Oakfield Primary' }

/** Key, name, role, employer (a URN, or a word resolved on the day), the words on the door. */
export const staff = [
  ['priya', 'Priya Venkataraman', 'head', 999101, 'Headteacher'],
  ['moira', 'Moira Stannard', 'governor', 999101, 'Chair of governors'],
  ['jess', 'Jess Tolliver', 'staff', 999101, 'Key stage 1 lead'],
  ['nasreen', 'Nasreen Qadir', 'staff', 999101, 'SENCO'],
  ['daniel', 'Daniel Osei-Marsh', 'head', 999207, 'Headteacher'],
  ['aisha', 'Aisha Khan', 'staff', 999207, 'Assistant head, Year 2 teacher'],
  ['bev', 'Bev Sallis', 'staff', 999207, 'Estates manager'],
  ['rhodri', 'Rhodri Vane', 'staff', 999102, 'Deputy head, curriculum'],
  ['judith', 'Judith Marlowe-Quist', 'head', 999102, 'Headteacher'],
  ['yolanda', 'Yolanda Finch-Abara', 'staff', 999103, 'Assistant head, early reading'],
  ['anselm', 'Anselm Coyle', 'head', 999103, 'Headteacher'],
  ['wendy', 'Wendy Castledine', 'head', 999104, 'Headteacher'],
  ['sunil', 'Sunil Rajaratnam', 'head', 999105, 'Headteacher'],
  ['chidi', 'Chidi Nwosu', 'head', 999108, 'Headteacher'],
  ['tamsin', 'Tamsin Yelland', 'head', 999110, 'Headteacher'],
  ['emeka', 'Emeka Obi', 'head', 999203, 'Headteacher'],
  ['bethan', 'Bethan Lasko', 'head', 999204, 'Headteacher'],
  ['kasia', 'Kasia Wolanska', 'head', 999205, 'Headteacher'],
  ['noor', 'Noor Al-Rashid', 'head', 999208, 'Headteacher'],
  ['fiona', 'Fiona Drummond-Lee', 'head', 999106, 'Headteacher'],
  ['alastair', 'Alastair Penhale', 'head', 999107, 'Headteacher'],
  ['rowan', 'Rowan Tennick', 'head', 999109, 'Headteacher'],
  ['delia', 'Delia Cresswick', 'head', 999111, 'Headteacher'],
  ['harpreet', 'Harpreet Sahota', 'head', 999112, 'Headteacher'],
  ['gareth', 'Gareth Ingleby', 'head', 999201, 'Headteacher'],
  ['rosalind', 'Rosalind Maybury', 'head', 999202, 'Headteacher'],
  ['viktor', 'Viktor Hale', 'head', 999206, 'Headteacher'],
  ['quentin', 'Quentin Ash', 'head', 999209, 'Headteacher'],
  ['leah', 'Leah Trevanion', 'head', 999210, 'Headteacher'],
  ['imran', 'Imran Sadiq', 'head', 999211, 'Headteacher'],
  ['ursula', 'Ursula Banfield', 'head', 999212, 'Headteacher'],
  ['marcus', 'Marcus Thorne-Ellery', 'broker', 'alliance', 'Broker of support']
]

/** The members of the Tideway Learning Alliance, by reference number. */
export const members = [1, 2].flatMap((hundred) => Array.from({ length: 12 }, (_, at) => 999001 + hundred * 100 + at))
