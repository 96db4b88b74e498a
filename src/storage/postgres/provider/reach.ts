/**
 * May this member reach the page at the end of this path? Roots are open to owners and members or private to those listed;
 * what stands below inherits it; guests reach only what lists them.
 * @param member alias of a `members` row, @param paths alias of a `page_paths` row.
 */
export const reaches = (member: string, paths: string): string => `exists (
  select from pages root
  where root.workspace_id = ${paths}.workspace_id and root.id = ${paths}.path[1]
    and ((not root.private and ${member}.role <> 'guest')
      or exists (select from page_viewers viewer
        where viewer.workspace_id = root.workspace_id and viewer.page_id = root.id
          and viewer.user_id = ${member}.user_id)))`
