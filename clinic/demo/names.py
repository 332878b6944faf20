"""Invented names, streets and work: everybody in the demo is made up from these lists."""

# language, women's names, men's names, family names
PEOPLES = (
    (
        "",
        "Eleanor Ruth Harriet Wilhelmina Josephine Camille Margaret Olivia Beatrice Rosalind Nora Audrey",
        "Thomas Harold Desmond Samuel Walter Elliot Malcolm Jonah Theodore Clifford Miles Gordon",
        "Abernathy-Cole Whitcombe Featherstonehaugh Pemberton Montgomery-Wright Marsh Hollis Kettering Dunmore Ashdown "
        "Thackeray Longbottom-Reed O'Keefe Prewitt",
    ),
    (
        "Spanish",
        "Marisol Ana-Lucía Isabella Ximena Pilar Rocío Beatriz Noemí Guadalupe",
        "Hector Diego Luis José-María Joaquín Rubén Andrés Íñigo",
        "Peña Quiñones Alvarado Restrepo Santamaría Etxeberria Ibarra-Núñez Cárdenas Muñoz Echeverría",
    ),
    (
        "Polish",
        "Agnieszka Katarzyna Małgorzata Zofia Bożena",
        "Piotr Aleksander Łukasz Grzegorz Stanisław",
        "Wójcik Kołodziejczyk Błaszczyk Szczepaniak Gołąb Wróbel-Dąbek",
    ),
    (
        "Vietnamese",
        "Hồng-Nhung Thị-Mai Bích-Ngọc Lan-Anh",
        "Minh-Đức Văn-Hùng Quốc-Bảo Tuấn",
        "Nguyễn Trần Phạm Huỳnh Đặng",
    ),
    (
        "",
        "Priya Ananya Lakshmi Meera Kavitha Nandini",
        "Ravi Arjun Venkatesh Sanjay Karthik",
        "Raghunathan Chandrasekaran Iyer Venkataraghavan Kulkarni Bhattacharya Srinivasan",
    ),
    (
        "",
        "Chidinma Oluwaseun Ngozi Amara Folasade Adaeze",
        "Desta Kofi Chukwuemeka Babatunde Kwame Tendai",
        "Okonjo-Bright Eze Adébáyò Mensah Achebe Nwachukwu Oyelaran Boateng",
    ),
    (
        "French",
        "Émilie Noémie Marguerite Geneviève Océane Héloïse",
        "Jean-Baptiste Étienne Rémi Gaël Thibault",
        "Dubois-Charpentier Lévesque-Tremblay Thibodeaux-Lafontaine Beauséjour Kouassi Désormeaux",
    ),
    (
        "",
        "Siobhán Aoife Caoimhe Niamh Gráinne",
        "Ciarán Pádraig Oisín Eoghan Tadhg",
        "Ó-Dónaill Ó-Súilleabháin MacGiolla Mac-Aonghusa O'Rourke",
    ),
    (
        "",
        "Ingrid Solveig Åsa Maren Þórunn Siri",
        "Anders Björn Sindre Guðmundur Mikkel Håkon",
        "Sørensen Guðmundsson Lindgren Østergaard Bjørklund Håkansson",
    ),
    (
        "Ukrainian",
        "Oksana Tatiana Yelyzaveta Nadiia",
        "Dmytro Andriy Volodymyr Taras",
        "Bondarenko Tkachenko Shevchenko Kovalchuk Hryhorenko",
    ),
    (
        "Arabic",
        "Fatima Leila Nour Yasmin Rania",
        "Abdulrahman Karim Youssef Tariq Omar",
        "El-Amrani Al-Farsi Haddad Ben-Youssef Khoury Al-Mansouri",
    ),
    (
        "Japanese",
        "Haruka Yoshiko Emi Sachiko",
        "Takumi Kenji Hiroshi Satoru",
        "Hayashi Nakamura Fujiwara Kobayashi Matsumoto",
    ),
    (
        "Mandarin",
        "Mei-Ling Xiulan Jiaying Yun",
        "Wei Zhiyuan Haoran Jianguo",
        "Chou Zhang Ouyang Liang Xu",
    ),
    (
        "",
        "Leilani Malia Kalena Sina",
        "Keoni Makoa Tavita Ikaika",
        "Kahananui Kealoha Tuimavave Kamakawiwo'ole Fa'asavalu",
    ),
    (
        "Hungarian",
        "Zsófia Katalin Ágnes",
        "Gábor Zoltán László",
        "Szabó-Halmágyi Kovács Nagy Győrffy",
    ),
    (
        "",
        "Thandiwe Nomvula Zanele Lindiwe",
        "Sipho Themba Mandla",
        "Mokoena Dlamini Nkosi Ndlovu",
    ),
    (
        "Turkish",
        "Ayşe Elif Gülsüm",
        "Yiğit Çağlar Mustafa",
        "Yıldırım Öztürk Kılıç Çelikoğlu",
    ),
    (
        "Korean",
        "Grace Soo-jin Eun-ji",
        "Min-ho Sung-hoon Daniel",
        "Kim Park Hwang Jeong",
    ),
)
CALLED = {
    "Wilhelmina": "Billie", "Margaret": "Peggy", "Guadalupe": "Lupe", "Aleksander": "Alex", "Abdulrahman": "Abdul",
    "Theodore": "Theo", "Katarzyna": "Kasia", "Małgorzata": "Gosia", "Chukwuemeka": "Emeka", "Josephine": "Jo",
    "Samuel": "Sam", "Jean-Baptiste": "JB", "Volodymyr": "Vlad", "Yelyzaveta": "Liza",
}  # fmt: skip
STREETS = (
    "Harbour Street", "Larkspur Row", "Mill Pond Lane", "Quarry Road", "Ferry Landing", "Elderberry Court",
    "Juniper Way",
    "Cannery Row", "Chapel Hill Road", "Tidewater Avenue", "Orchard Terrace", "Signal Hill Drive", "Cooper's Yard",
)  # fmt: skip
TOWNS = (
    ("Ashbrook", "97000"),
    ("Ashbrook", "97000"),
    ("Ashbrook", "97000"),
    ("Tern Point", "97009"),
    ("Millrace", "97008"),
)
AREAS = ("503", "971", "541", "458", "360")  # each with 555-0100 to 555-0199, the numbers kept for stories
WORK = (
    ("Warehouse worker", "Lifts up to 25 kg, bends and twists all day"),
    ("Software developer", "Sits eight hours, two screens"),
    ("Nurse", "Long shifts on the feet, moves patients"),
    ("Carpenter", "Overhead work, kneeling, carrying boards"),
    ("School teacher", "Stands most of the day"),
    ("Truck driver", "Sits with vibration, loads by hand"),
    ("Hairdresser", "Stands, arms raised"),
    ("Gardener", "Shovels, bends, lifts"),
    ("Accountant", "Sits, deadlines in spring"),
    ("Cook", "Stands on hard floors, heat"),
    ("Cellist", "Sits turned to one side for hours"),
    ("Childcare worker", "Lifts children, works on the floor"),
    ("Electrician", "Ladders, arms overhead"),
    ("Postal carrier", "Walks 12 km, bag on one shoulder"),
    ("Fish market worker", "Cold, wet, lifts crates"),
    ("Dental hygienist", "Leans forward, small movements"),
    ("Delivery rider", "Rides all day, bag on the back"),
    ("Farmer", "Heavy work, tractor"),
)
RETIRED = ("Retired", "Garden and grandchildren")
PUPIL = ("At school", "Sits, heavy school bag")
DESK_NOTES = (
    "Prefers the ground floor; uses a cane.", "Hard of hearing: speak clearly, face to face.",
    "Comes by bus, may be late.",
    "Brings a service dog.", "Please call before 9 a.m. only.", "Needs the higher table.",
)  # fmt: skip
