/**
 * Titles and names are searched in the composed Unicode form (NFC), since the same letter can be written in two ways. They are
 * kept as they were written. The indexes of the page titles have the same expression.
 */

/** Kept text as it is searched (SQL, also of `column`). */
export const searchable = (column: string) => `normalize(${column})`

/** The words of a search, in the form of the indexed text. */
export const searchWords = (words: string) => words.normalize('NFC')

/** Words escaped for a LIKE pattern. */
export const literal = (words: string) => searchWords(words).replace(/[\\%_]/g, '\\$&')

/** Whether a name contains the words, in any case (SQL, the arguments too). */
export const holds = (column: string, words: string) =>
  `strpos(lower(${searchable(column)}), lower(${searchable(words)})) > 0`
