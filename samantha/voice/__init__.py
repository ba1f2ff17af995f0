"""From words to sound: clauses, spoken form, synthesis, the loudspeaker side."""
