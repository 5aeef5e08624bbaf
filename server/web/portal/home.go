package portal

import (
	"net/http"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/search"
)

// tile is a service with its picture.
type tile struct {
	Column *grammar.Column
	Icon   string
	Note   string
}

// section is a first-level column with what is below it.
type section struct {
	Column   *grammar.Column
	Children []*grammar.Column
}

// homeBody is the classic home page.
type homeBody struct {
	Tiles    []tile
	Pictures list
	News     list
	Notices  list
	Policies list
	Topics   list
	Sections []section
	Talk     []*grammar.Column
	Hot      []string
}

func (s *site) home(w http.ResponseWriter, r *http.Request, p *view) {
	t := s.columns()
	ctx := r.Context()
	p.Tall, p.Title, p.Description = true, text(p.Lang, "home.title"), text(p.Lang, "home.description")
	p.Body = homeBody{
		Tiles: tiles(t, "dmsyy:sea:预约", "zyjyy:street:预约", "smfw:home:预约", "ysfw:clock:预约", "rqsl:stamp",
			"jjyl:heart:申请", "ggfwdt:map", "hgcyc:truck", "sjkf:data", "ytzb:live:直播", "bszn:guide", "tsjb:talk"),
		Pictures: s.latest(ctx, t, []string{"tpxw"}, 1, 1),
		News:     s.latest(ctx, t, []string{"ytyw"}, 1, 6),
		Notices:  s.latest(ctx, t, []string{"tzgg"}, 1, 6),
		Policies: s.latest(ctx, t, []string{"zcwj", "zcjd"}, 1, 5),
		Topics:   s.latest(ctx, t, []string{"rdzt"}, 1, 2),
		Sections: sections(t, "zwfw", "zwgk", "wtly", "qyfw"),
		Talk:     t.byID("qzxx", "tsjb", "zxzx", "yjjy", "myzj", "xjcx", "rx12345"),
		Hot:      []string{"公积金", "居住证", "学位申请", "社保卡", "停水通知", "大梅沙预约"},
	}
	s.show(w, http.StatusOK, "home", p)
}

func sections(t *tree, ids ...string) []section {
	var out []section
	for _, c := range t.byID(ids...) {
		out = append(out, section{c, t.children[c.ID]})
	}
	return out
}

// tiles reads "column:icon:note" rows.
func tiles(t *tree, rows ...string) []tile {
	var out []tile
	for _, row := range rows {
		id, icon, note := fields3(row)
		if c := t.of.ByID(id); c != nil {
			out = append(out, tile{c, icon, note})
		}
	}
	return out
}

// roleBody is a role's home page: 资讯, 服务, 特色专栏.
type roleBody struct {
	Name     string
	Lead     string
	News     list
	Notices  list
	Services []*grammar.Column
	Tiles    []tile
}

func (s *site) role(w http.ResponseWriter, r *http.Request, p *view) {
	t := s.columns()
	ctx := r.Context()
	col := t.at(p.Path)
	p.Tall = true
	b := roleBody{Name: text(p.Lang, "role."+p.Role), Lead: text(p.Lang, "lead."+p.Role)}
	if col != nil {
		b.Name = col.Name
	}
	p.Title, p.Description = text(p.Lang, "role."+p.Role)+text(p.Lang, "role.title"), b.Lead
	b.News = s.query(ctx, t, search.Query{Role: p.Role, Lang: p.Lang, Sort: "date", Size: 7})
	b.Notices = s.latest(ctx, t, roleNotices(p.Role), 1, 5)
	b.Services = t.featured(p.Role, "zwfw", "qyfw", "wtly", "hdjl", "zwgk")
	b.Tiles = tiles(t, roleTiles(p.Role)...)
	p.Body = b
	s.show(w, http.StatusOK, "role", p)
}

// roleNotices are the columns whose news go on a role's page.
func roleNotices(role string) []string {
	switch role {
	case "enterprise":
		return []string{"hqzc", "zbgg", "zcwj", "hgcyc"}
	case "tourist":
		return []string{"whhd", "dmsyy", "jqjd", "tzgg"}
	}
	return []string{"tzgg", "zpxx", "jyzl"}
}

func roleTiles(role string) []string {
	switch role {
	case "enterprise":
		return []string{"kbqy:licence", "hgcyc:truck", "hqzc:gift", "rqsl:stamp", "ysfw:clock:预约", "smfw:home:预约",
			"rcfw:people", "sjkf:data"}
	case "tourist":
		return []string{"dmsyy:sea:预约", "zyjyy:street:预约", "hbzd:walk", "jtcx:bus", "jqyysj:data", "ggfwdt:map",
			"whhd:live", "jdms:home"}
	}
	return []string{"jjyl:heart:申请", "smfw:home:预约", "ysfw:clock:预约", "dmsyy:sea:预约", "jyzl:school", "sbk:licence",
		"yygh:health:预约", "zzzs:people"}
}

// englishBody is the English home page.
type englishBody struct {
	Sections []section
	News     list
	Notices  list
	Tiles    []tile
	Hot      []string
}

func (s *site) english(w http.ResponseWriter, r *http.Request, p *view) {
	t := s.columns()
	ctx := r.Context()
	p.Tall, p.Title, p.Description = true, text(p.Lang, "home.title"), text(p.Lang, "home.description")
	b := englishBody{
		News:    s.latest(ctx, t, []string{"en-top", "en-events", "en-stories"}, 1, 5),
		Notices: s.latest(ctx, t, []string{"en-notices"}, 1, 5),
		Tiles: tiles(t, "en-dameisha:sea:Book", "en-chungying:street:Book", "en-visa:licence", "en-medical:health",
			"en-start:stamp", "en-transport:bus", "en-hotline:talk", "en-map:map"),
		Hot: []string{"visa", "work permit", "school", "Dameisha", "metro"},
	}
	for _, c := range t.top(english) {
		b.Sections = append(b.Sections, section{c, t.children[c.ID]})
	}
	p.Body = b
	s.show(w, http.StatusOK, "english", p)
}
