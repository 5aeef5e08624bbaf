package analysis

import "testing"

func TestDocNo(t *testing.T) {
	for _, s := range []string{"国办发〔2017〕47号", "国办发[2017]47号", "国办发(2017)第47号", "国办发 2017 47", "国办发２０１７年４７号",
		"国办发201747号", "國辦發【2017】 047 號", "国办发二零一七年四十七号", "国办发二〇一七四十七号", "国办发2017-47", "国办发[2017]47"} {
		if k, ok := DocNo(s); !ok || k != "国办发2017-47" {
			t.Errorf("DocNo(%q) = %q, %v", s, k, ok)
		}
	}
	for _, s := range []string{"", "2017年47号", "公积金", "国办发", "国办发〔2017〕47号文件解读", "第五十四条", "深圳2020年", "人口 2020 年"} {
		if k, ok := DocNo(s); ok {
			t.Errorf("DocNo(%q) = %q, want none", s, k)
		}
	}
	if k, ok := FindDocNo("国办发〔2017〕47号文件解读"); !ok || k != "国办发2017-47" {
		t.Errorf("FindDocNo = %q, %v", k, ok)
	}
}
