/**
 * By which e-mail addresses are compared (SQL): in the composed Unicode form, and without regard to case in ASCII. Never by the
 * database's own language rules: in Turkish the small form of I is no i. The indexes of the users have the same expression.
 */
export const emailKey = (email: string) => `lower(normalize(${email}) collate "C")`
